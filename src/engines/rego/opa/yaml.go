package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// readYAML reads what of YAML is JSON: no aliases, which can grow without end, no tags, and names that are strings.
func readYAML(file regoText) (*document, error) {
	decoder := yaml.NewDecoder(strings.NewReader(file.Text))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		return nil, yamlError(file, err)
	}
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, misplace(&place{File: file.File}, "the file has more than one document", "")
	}
	return fromYAML(file, root.Content[0], 0)
}

func yamlError(file regoText, err error) error {
	where := &place{File: file.File}
	if found := yamlLine.FindStringSubmatch(err.Error()); found != nil {
		where.Line, _ = strconv.Atoi(found[1])
	}
	return misplace(where, "the file is no YAML", "")
}

func fromYAML(file regoText, node *yaml.Node, depth int) (*document, error) {
	where := &place{File: file.File, Line: node.Line, Column: node.Column}
	if depth > documentDepthMax {
		return nil, misplace(where, fmt.Sprintf("the document is nested more than %d deep", documentDepthMax), "")
	}
	switch node.Kind {
	case yaml.MappingNode:
		return mappingFromYAML(file, node, where, depth)
	case yaml.SequenceNode:
		list := &document{items: []*document{}, place: where}
		for _, child := range node.Content {
			item, err := fromYAML(file, child, depth+1)
			if err != nil {
				return nil, err
			}
			list.items = append(list.items, item)
		}
		return list, nil
	case yaml.ScalarNode:
		return scalarFromYAML(node, where)
	}
	return nil, misplace(where, "aliases are not read here", "write the value out")
}

func mappingFromYAML(file regoText, node *yaml.Node, where *place, depth int) (*document, error) {
	object := newDocument()
	object.place = where
	for index := 0; index+1 < len(node.Content); index += 2 {
		name := node.Content[index]
		named := &place{File: file.File, Line: name.Line, Column: name.Column}
		if name.Kind != yaml.ScalarNode || name.ShortTag() != "!!str" {
			return nil, misplace(named, "a name must be a string", "put it in quotes")
		}
		member, err := fromYAML(file, node.Content[index+1], depth+1)
		if err != nil {
			return nil, err
		}
		if err := object.add(name.Value, named, member); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func scalarFromYAML(node *yaml.Node, where *place) (*document, error) {
	var value any
	switch node.ShortTag() {
	case "!!str", "!!timestamp":
		// YAML takes a number that it has no room for to be text.
		if node.Style == 0 && numberParts.MatchString(node.Value) {
			return numberAt(where, node.Value)
		}
		value = node.Value
	case "!!null":
		value = nil
	case "!!bool":
		var flag bool
		if err := node.Decode(&flag); err != nil {
			return nil, misplace(where, "the value is neither true nor false", "")
		}
		value = flag
	case "!!int":
		whole, ok := new(big.Int).SetString(strings.ReplaceAll(node.Value, "_", ""), 0)
		if !ok {
			return nil, misplace(where, "the number cannot be read", "write it as a string")
		}
		return numberAt(where, whole.String())
	case "!!float":
		if !json.Valid([]byte(node.Value)) {
			return nil, misplace(where, "the number is none that JSON has", "write it as a string")
		}
		return numberAt(where, node.Value)
	default:
		return nil, misplace(where, "tags are not read here", "write the value as JSON has it")
	}
	scalar, err := encode(value)
	return &document{scalar: scalar, place: where}, err
}
