//! From our types to text.

use super::Unexpected;
use serde::Serialize;
use serde::ser::{Impossible, SerializeSeq, SerializeStruct, Serializer};

/// Writes a value.
///
/// # Errors
/// When it holds what no request of ours holds: bare numbers, maps, variants with contents.
pub(in crate::api) fn write(value: &impl Serialize) -> Result<String, Unexpected> {
    let mut text = String::new();
    value.serialize(Text(&mut text))?;
    Ok(text)
}

struct Text<'a>(&'a mut String);

/// RFC 8259 section 7: quotation mark, reverse solidus and the control characters are escaped.
fn quote(text: &mut String, value: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                text.push('\\');
                text.push(c);
            }
            '\0'..='\u{1f}' => {
                let code = u32::from(c) as usize;
                text.push_str("\\u00");
                text.push(char::from(HEX[code >> 4]));
                text.push(char::from(HEX[code & 15]));
            }
            _ => text.push(c),
        }
    }
    text.push('"');
}

/// What our requests never hold.
macro_rules! never {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, _: $type) -> Result<(), Unexpected> {
            Err(Unexpected)
        }
    )*};
}

impl<'a> Serializer for Text<'a> {
    type Ok = ();
    type Error = Unexpected;
    type SerializeSeq = List<'a>;
    type SerializeTuple = Impossible<(), Unexpected>;
    type SerializeTupleStruct = Impossible<(), Unexpected>;
    type SerializeTupleVariant = Impossible<(), Unexpected>;
    type SerializeMap = Impossible<(), Unexpected>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Impossible<(), Unexpected>;

    never! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_f32(f32) serialize_f64(f64) serialize_char(char) serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unexpected> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Unexpected> {
        quote(self.0, value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unexpected> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unexpected> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unexpected> {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unexpected> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unexpected> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), Unexpected> {
        Err(Unexpected)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Unexpected> {
        self.0.push('[');
        Ok(List { text: self.0, is_first: true })
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unexpected> {
        Err(Unexpected)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Unexpected> {
        Err(Unexpected)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unexpected> {
        Err(Unexpected)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Unexpected> {
        Err(Unexpected)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, Unexpected> {
        self.0.push('{');
        Ok(Object { text: self.0, is_first: true })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unexpected> {
        Err(Unexpected)
    }
}

struct Object<'a> {
    text: &'a mut String,
    is_first: bool,
}

impl SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = Unexpected;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unexpected> {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(',');
        }
        quote(self.text, key);
        self.text.push(':');
        value.serialize(Text(self.text))
    }

    fn end(self) -> Result<(), Unexpected> {
        self.text.push('}');
        Ok(())
    }
}

struct List<'a> {
    text: &'a mut String,
    is_first: bool,
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Unexpected;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unexpected> {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(',');
        }
        value.serialize(Text(self.text))
    }

    fn end(self) -> Result<(), Unexpected> {
        self.text.push(']');
        Ok(())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;

#[cfg(test)]
mod tests {
    use super::write;
    use rekey_wire::login::LoginRequest;
    use rekey_wire::reset::{LinkRequest, Token};
    use rekey_wire::users::{ResetMany, UserPatch};

    #[test]
    fn requests_are_written_as_the_server_reads_them() {
        let login = LoginRequest { email: "jo@example.com".into(), password: "a \"b\" \\ \n ö 😀".into() };
        let text = write(&login).expect("text is all there is");
        assert_eq!(text, r#"{"email":"jo@example.com","password":"a \"b\" \\ \u000a ö 😀"}"#);
        let link = LinkRequest { token: Token("t".into()) };
        assert_eq!(write(&link).expect("text is all there is"), r#"{"token":"t"}"#);
    }

    #[test]
    fn what_stays_as_it_is_is_left_out() {
        let patch = UserPatch { email: Some(Some("jo@example.com".into())), ..UserPatch::default() };
        assert_eq!(write(&patch).expect("text and null"), r#"{"email":"jo@example.com"}"#);
        let removed = UserPatch { email: Some(None), ..UserPatch::default() };
        assert_eq!(write(&removed).expect("text and null"), r#"{"email":null}"#);
        assert_eq!(write(&ResetMany { ids: vec!["1".into(), "2".into()] }).expect("a list of text"), r#"{"ids":["1","2"]}"#);
    }
}
