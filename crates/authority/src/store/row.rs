//! Rows as structs, and ids as columns.
//!
//! This is what sqlx's derives write. They would have SQLite and both drivers compiled a second time, for the
//! compiler's own use, and put the database into the types of every layer.

use crate::credential::key_file::KeyId;
use crate::credential::totp::TimeStep;
use crate::model::notice::LetterId;
use crate::model::principal::{
    AccountId, AppPasswordId, DomainId, Epoch, MailboxId, PrincipalId, SessionId, StaffId,
};
use crate::model::stored::{Stored, Word};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

/// Declares a struct that is read from a row, each field from the column of its name.
macro_rules! row {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $name:ident {
            $($(#[$field_attribute:meta])* $field_visible:vis $field:ident: $column:ty,)*
        }
    ) => {
        $(#[$attribute])*
        $visible struct $name {
            $($(#[$field_attribute])* $field_visible $field: $column,)*
        }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $($column: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field))?,)* })
            }
        }
    };
}
pub(super) use row;

/// Reads a word of ours from a TEXT column, or keeps one that is not.
impl<DB: Database, T> Type<DB> for Stored<T>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        String::type_info()
    }

    fn compatible(column: &DB::TypeInfo) -> bool {
        String::compatible(column)
    }
}

impl<'r, DB: Database, T: Word> Decode<'r, DB> for Stored<T>
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        String::decode(value).map(T::read)
    }
}

/// Writes and reads a newtype of `i64` as a BIGINT column.
macro_rules! bigint {
    ($($name:ty)*) => {$(
        impl<DB: Database> Type<DB> for $name
        where
            i64: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                i64::type_info()
            }

            fn compatible(column: &DB::TypeInfo) -> bool {
                i64::compatible(column)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $name
        where
            i64: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                self.0.encode_by_ref(buffer)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $name
        where
            i64: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                i64::decode(value).map(Self)
            }
        }
    )*};
}

bigint! {
    AccountId AppPasswordId DomainId Epoch KeyId LetterId MailboxId PrincipalId SessionId StaffId TimeStep
}
