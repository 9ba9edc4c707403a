package i18n

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// message is one entry of a catalogue: one text, or one per plural form.
type message struct {
	plural bool
	forms  [formCount]text // a message without plural has its text at other
}

// form returns the text for a plural form, and that of "other" where the
// language's file has none for it.
func (m *message) form(f form) *text {
	if m.plural && m.forms[f] != nil {
		return &m.forms[f]
	}
	return &m.forms[other]
}

// readLanguage reads every area of one language into one set of messages.
func readLanguage(catalogues fs.FS, tag string) (map[string]*message, error) {
	names, err := fs.Glob(catalogues, path.Join(tag, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list the catalogues of %q: %w", tag, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no catalogue for language %q", tag)
	}
	messages, area := map[string]*message{}, map[string]string{}
	for _, name := range names {
		content, err := fs.ReadFile(catalogues, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		err = readArea(content, func(key string, m *message) error {
			if first, ok := area[key]; ok {
				return fmt.Errorf("key %q stands in %s too", key, first)
			}
			messages[key], area[key] = m, name
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
	}
	return messages, nil
}

// readArea gives each entry of one file to add. It reads token by token, since
// a decoder into a map would let the second of two equal keys win unseen.
func readArea(content []byte, add func(key string, m *message) error) error {
	d := json.NewDecoder(bytes.NewReader(content))
	if err := expect(d, json.Delim('{')); err != nil {
		return err
	}
	for d.More() {
		key, err := readString(d)
		if err != nil {
			return err
		}
		m, err := readMessage(d)
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
		if err := add(key, m); err != nil {
			return err
		}
	}
	if err := expect(d, json.Delim('}')); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the closing brace")
	}
	return nil
}

func readMessage(d *json.Decoder) (*message, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	m := &message{}
	switch v := token.(type) {
	case string:
		m.forms[other], err = parseText(v)
		return m, err
	case json.Delim:
		if v == '{' {
			m.plural = true
			return m, readForms(d, m)
		}
	}
	return nil, fmt.Errorf("neither a text nor plural forms, but %v", token)
}

func readForms(d *json.Decoder, m *message) error {
	for d.More() {
		name, err := readString(d)
		if err != nil {
			return err
		}
		f, ok := formNamed(name)
		if !ok {
			return fmt.Errorf("unknown plural form %q", name)
		}
		value, err := readString(d)
		if err != nil {
			return fmt.Errorf("form %q: %w", name, err)
		}
		if m.forms[f], err = parseText(value); err != nil {
			return fmt.Errorf("form %q: %w", name, err)
		}
	}
	if m.forms[other] == nil {
		return errors.New(`plural forms without "other"`)
	}
	return expect(d, json.Delim('}'))
}

func readString(d *json.Decoder) (string, error) {
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("expected a text, found %v", token)
	}
	return s, nil
}

func expect(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("expected %v, found %v", want, token)
	}
	return nil
}

// text is a parsed text: literal pieces, and names of placeholders in between.
type text []piece

type piece struct {
	literal     string
	placeholder string // when not empty, the name of the value that stands here
}

// parseText splits a text at its placeholders. An empty text is one empty
// piece, so that nil says "not there".
func parseText(s string) (text, error) {
	t := text{}
	rest := s
	for {
		open := strings.IndexAny(rest, "{}")
		if open < 0 {
			break
		}
		end := strings.IndexByte(rest, '}')
		if rest[open] == '}' || end < 0 {
			return nil, fmt.Errorf("brace without its partner in %q", s)
		}
		name := rest[open+1 : end]
		if !isName(name) {
			return nil, fmt.Errorf("placeholder {%s} is not a name in %q", name, s)
		}
		if open > 0 {
			t = append(t, piece{literal: rest[:open]})
		}
		t = append(t, piece{placeholder: name})
		rest = rest[end+1:]
	}
	if rest != "" || len(t) == 0 {
		t = append(t, piece{literal: rest})
	}
	return t, nil
}

func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z'
		later := r >= '0' && r <= '9' || r == '_'
		if !letter && (i == 0 || !later) {
			return false
		}
	}
	return s != ""
}
