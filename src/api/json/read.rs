//! From what `JSON.parse` makes to our types.

use super::Unexpected;
use js_sys::{Array, Object, Reflect};
use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use wasm_bindgen::{JsCast, JsValue};

/// Reads a value.
///
/// # Errors
/// When it is not of the form that `T` has.
pub(in crate::api) fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Unexpected> {
    T::deserialize(Value(value))
}

struct Value(JsValue);

impl Value {
    fn whole_number(&self) -> Result<u64, Unexpected> {
        let number = self.0.as_f64().filter(|number| (0.0..9_007_199_254_740_992.0).contains(number)).ok_or(Unexpected)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in the range of whole numbers")]
        Ok(number as u64)
    }
}

/// What our types never ask for.
macro_rules! never {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unexpected> {
            Err(Unexpected)
        }
    )*};
}

/// Whole numbers; the visitor checks the range.
macro_rules! whole_numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
            visitor.visit_u64(self.whole_number()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value {
    type Error = Unexpected;

    never! {
        deserialize_any deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_f32 deserialize_f64
        deserialize_char deserialize_bytes deserialize_byte_buf deserialize_unit
    }

    whole_numbers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_bool(self.0.as_bool().ok_or(Unexpected)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_string(self.0.as_string().ok_or(Unexpected)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        if self.0.is_null() || self.0.is_undefined() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Unexpected> {
        Err(Unexpected)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unexpected> {
        Err(Unexpected)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, _: V) -> Result<V::Value, Unexpected> {
        Err(Unexpected)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        let array: Array = self.0.dyn_into().map_err(|_| Unexpected)?;
        visitor.visit_seq(List { array, at: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        let object: Object = self.0.dyn_into().map_err(|_| Unexpected)?;
        visitor.visit_map(Entries { entries: Object::entries(&object), at: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        if !self.0.is_object() {
            return Err(Unexpected);
        }
        visitor.visit_map(Fields { object: self.0, fields: fields.iter(), value: JsValue::UNDEFINED })
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_enum(Name(self.0.as_string().ok_or(Unexpected)?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_unit()
    }
}

struct List {
    array: Array,
    at: u32,
}

impl<'de> SeqAccess<'de> for List {
    type Error = Unexpected;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unexpected> {
        if self.at == self.array.length() {
            return Ok(None);
        }
        let value = self.array.get(self.at);
        self.at += 1;
        seed.deserialize(Value(value)).map(Some)
    }
}

/// The entries of an object whose names are data.
struct Entries {
    entries: Array,
    at: u32,
}

impl Entries {
    fn part(&self, part: u32) -> JsValue {
        self.entries.get(self.at).unchecked_ref::<Array>().get(part)
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Unexpected;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unexpected> {
        if self.at == self.entries.length() { Ok(None) } else { seed.deserialize(Value(self.part(0))).map(Some) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unexpected> {
        let value = self.part(1);
        self.at += 1;
        seed.deserialize(Value(value))
    }
}

/// The fields of an object that a type knows; others, of a newer server, are not even looked at.
struct Fields {
    object: JsValue,
    fields: std::slice::Iter<'static, &'static str>,
    value: JsValue,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unexpected;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unexpected> {
        for field in self.fields.by_ref() {
            self.value = Reflect::get(&self.object, &JsValue::from_str(field)).unwrap_or_default();
            if !self.value.is_undefined() {
                let name: StrDeserializer<'static, Unexpected> = (*field).into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unexpected> {
        seed.deserialize(Value(std::mem::take(&mut self.value)))
    }
}

/// One of several names.
struct Name(String);

impl<'de> EnumAccess<'de> for Name {
    type Error = Unexpected;
    type Variant = Bare;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Bare), Unexpected> {
        let name: StringDeserializer<Unexpected> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, Bare))
    }
}

/// A name with nothing behind it.
struct Bare;

impl<'de> VariantAccess<'de> for Bare {
    type Error = Unexpected;

    fn unit_variant(self) -> Result<(), Unexpected> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Unexpected> {
        Err(Unexpected)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Unexpected> {
        Err(Unexpected)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Unexpected> {
        Err(Unexpected)
    }
}
