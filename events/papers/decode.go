package papers

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// decode gives a file's text in UTF-8. What is neither UTF-8 nor UTF-16 with a byte order mark is
// ErrEncoding, and so is a NUL, which no table holds and UTF-16 without a mark is full of.
func decode(file []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(file, []byte{0xEF, 0xBB, 0xBF}):
		file = file[3:]
	case bytes.HasPrefix(file, []byte{0xFF, 0xFE}):
		return decode16(file[2:], binary.LittleEndian)
	case bytes.HasPrefix(file, []byte{0xFE, 0xFF}):
		return decode16(file[2:], binary.BigEndian)
	}
	if !utf8.Valid(file) || bytes.IndexByte(file, 0) >= 0 {
		return nil, ErrEncoding
	}
	return file, nil
}

func decode16(file []byte, order binary.ByteOrder) ([]byte, error) {
	if len(file)%2 != 0 {
		return nil, ErrEncoding
	}
	text := make([]byte, 0, len(file))
	for i := 0; i < len(file); i += 2 {
		r := rune(order.Uint16(file[i:]))
		if utf16.IsSurrogate(r) {
			if i += 2; i >= len(file) {
				return nil, ErrEncoding
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(file[i:]))); r == utf8.RuneError {
				return nil, ErrEncoding
			}
		}
		if r == 0 {
			return nil, ErrEncoding
		}
		text = utf8.AppendRune(text, r)
	}
	return text, nil
}
