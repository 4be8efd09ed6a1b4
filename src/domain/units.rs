//! Units as types, so that metres are not added to people.

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $name(pub f64);

        impl $name {
            /// The bare number.
            #[must_use]
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl std::ops::Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
    };
}

unit! {
    /// A planar length or distance in the working CRS.
    Meters
}
unit! {
    /// A planar area in the working CRS.
    SquareMeters
}
unit! {
    /// A number of residents; fractions come from splitting by area.
    People
}
unit! {
    /// A part of a whole, 0 to 1.
    Share
}
