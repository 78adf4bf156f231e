package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/util"
)

const documentDepthMax = 64

// document is a value out of a data file: an object, a list or a scalar, which is its JSON text.
type document struct {
	members map[string]*document
	items   []*document
	scalar  json.RawMessage
	place   *place
}

func newDocument() *document {
	return &document{members: map[string]*document{}}
}

func (d *document) plain() any {
	if d.members != nil {
		object := map[string]any{}
		for name, member := range d.members {
			object[name] = member.plain()
		}
		return object
	}
	if d.items != nil {
		list := []any{}
		for _, item := range d.items {
			list = append(list, item.plain())
		}
		return list
	}
	return d.scalar
}

// merge takes over another file's members. What two files say of one name would depend on their order: it is refused.
func (d *document) merge(other *document) []finding {
	findings := []finding{}
	for _, name := range util.KeysSorted(other.members) {
		member := other.members[name]
		if earlier := d.members[name]; earlier != nil {
			message := fmt.Sprintf("`%s` is also in %s:%d", name, earlier.place.File, earlier.place.Line)
			findings = append(findings, finding{Message: message, Place: member.place, Remedy: "keep one of them"})
			continue
		}
		d.members[name] = member
	}
	return findings
}

// readDocument reads a JSON or a YAML file whose root is an object.
func readDocument(file regoText) (*document, []finding) {
	read := readJSON
	if strings.HasSuffix(file.File, ".yaml") || strings.HasSuffix(file.File, ".yml") {
		read = readYAML
	}
	if !utf8.ValidString(file.Text) {
		return nil, []finding{{Message: "the file is not UTF-8", Place: &place{File: file.File}}}
	}
	found, err := read(file)
	if wrong, ok := err.(*misplaced); ok {
		return nil, []finding{wrong.finding}
	}
	if err != nil {
		return nil, []finding{{Message: oneLine(err.Error()), Place: &place{File: file.File}}}
	}
	if found.members == nil {
		return nil, []finding{{Message: "the root of a data file must be an object", Place: found.place}}
	}
	return found, nil
}

// misplaced is an error that is a finding already.
type misplaced struct{ finding }

func (m *misplaced) Error() string { return m.Message }

func misplace(where *place, message, remedy string) error {
	return &misplaced{finding{Message: message, Place: where, Remedy: remedy}}
}

type jsonReader struct {
	file    regoText
	decoder *json.Decoder
}

func readJSON(file regoText) (*document, error) {
	decoder := json.NewDecoder(strings.NewReader(file.Text))
	decoder.UseNumber()
	reader := &jsonReader{file, decoder}
	found, err := reader.value(0)
	if err != nil {
		return nil, err
	}
	rest := reader.place()
	if _, err := decoder.Token(); err != io.EOF {
		return nil, misplace(rest, "there is more after the document", "")
	}
	return found, nil
}

// place is where the next token begins.
func (r *jsonReader) place() *place {
	offset := int(r.decoder.InputOffset())
	offset += len(r.file.Text[offset:]) - len(strings.TrimLeft(r.file.Text[offset:], " \t\r\n,:"))
	before := r.file.Text[:offset]
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return &place{File: r.file.File, Line: line, Column: column}
}

func (r *jsonReader) token() (json.Token, *place, error) {
	where := r.place()
	token, err := r.decoder.Token()
	if err != nil {
		return nil, where, misplace(where, "the file is no JSON", "")
	}
	if text, isText := token.(string); isText && strings.ContainsRune(text, utf8.RuneError) && !r.hasReplacement() {
		return nil, where, misplace(where, "a text has half of a character in it", "write both of its escapes")
	}
	return token, where, nil
}

// hasReplacement tells whether the file itself has the character that the decoder puts in place of what it cannot read.
func (r *jsonReader) hasReplacement() bool {
	return strings.Contains(strings.ToLower(r.file.Text), `\ufffd`) || strings.ContainsRune(r.file.Text, utf8.RuneError)
}

func (r *jsonReader) value(depth int) (*document, error) {
	token, where, err := r.token()
	if err != nil {
		return nil, err
	}
	if depth > documentDepthMax {
		return nil, misplace(where, fmt.Sprintf("the document is nested more than %d deep", documentDepthMax), "")
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return r.object(where, depth)
		}
		return r.list(where, depth)
	case json.Number:
		return numberAt(where, string(token))
	default:
		scalar, err := encode(token)
		return &document{scalar: scalar, place: where}, err
	}
}

func (r *jsonReader) object(where *place, depth int) (*document, error) {
	object := newDocument()
	object.place = where
	for r.decoder.More() {
		token, named, err := r.token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		member, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if err := object.add(name, named, member); err != nil {
			return nil, err
		}
	}
	_, _, err := r.token()
	return object, err
}

func (d *document) add(name string, named *place, member *document) error {
	if d.members[name] != nil {
		return misplace(named, fmt.Sprintf("`%s` is there twice", oneLine(name)), "keep one of them")
	}
	member.place = named
	d.members[name] = member
	return nil
}

func (r *jsonReader) list(where *place, depth int) (*document, error) {
	list := &document{items: []*document{}, place: where}
	for r.decoder.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list.items = append(list.items, item)
	}
	_, _, err := r.token()
	return list, err
}

func numberAt(where *place, text string) (*document, error) {
	if !survives(text) {
		return nil, misplace(where, numberDoesNotFit, numberAsText)
	}
	return &document{scalar: bytes.Clone([]byte(text)), place: where}, nil
}
