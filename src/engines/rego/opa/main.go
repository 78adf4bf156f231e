// OPA itself, built to WebAssembly as a reactor. The host puts a question into linear memory, asks, reads the answer
// and lets both go: `allocate`, `ask`, `release`. A question is the name of an operation, a line feed and JSON; an
// answer is JSON. One question is open at a time, and nothing is kept from one to the next.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unsafe"
)

// Both buffers stay referenced while the host reads or writes them, so that Go's collector leaves them where they are.
var question, answer []byte

var operations = map[string]func([]byte) (any, error){
	"builtin":  answering(callBuiltin),
	"builtins": answering(listBuiltins),
	"compile":  answering(compileModules),
	"format":   answering(formatModule),
	"identity": answering(identify),
	"test":     answering(runTests),
	"trace":    answering(traceUnit),
}

func main() {}

// allocate makes room for a question, whose length the host has bounded, and answers where.
//
//go:wasmexport allocate
func allocate(size uint32) uint32 {
	question = make([]byte, size)
	return address(question)
}

// ask answers the question that was written: its address in the upper half, its length in the lower.
//
//go:wasmexport ask
func ask() uint64 {
	answer = answerTo(question)
	question = nil
	return uint64(address(answer))<<32 | uint64(len(answer))
}

// release lets question and answer go.
//
//go:wasmexport release
func release() {
	question, answer = nil, nil
}

func address(buffer []byte) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))))
}

func answerTo(text []byte) (result []byte) {
	defer func() {
		if caught := recover(); caught != nil {
			result = failure(fmt.Sprint("panicked: ", caught))
		}
	}()
	name, body, _ := bytes.Cut(text, []byte{'\n'})
	operation, known := operations[string(name)]
	if !known {
		return failure("unknown operation")
	}
	found, err := operation(body)
	if err != nil {
		return failure(err.Error())
	}
	encoded, err := encode(found)
	if err != nil {
		return failure(err.Error())
	}
	return encoded
}

// answering reads the question's JSON, strictly, and passes findings on as an answer of their own.
func answering[Question, Answer any](operation func(Question) (Answer, []finding, error)) func([]byte) (any, error) {
	return func(body []byte) (any, error) {
		var asked Question
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&asked); err != nil {
			return nil, fmt.Errorf("the question is malformed: %w", err)
		}
		found, findings, err := operation(asked)
		if len(findings) > 0 {
			return map[string]any{"findings": bounded(findings)}, nil
		}
		return found, err
	}
}

func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimRight(buffer.Bytes(), "\n"), err
}

// failure is what the host takes for a trap: no operation answers with this member.
func failure(reason string) []byte {
	encoded, _ := encode(map[string]string{"failure": reason})
	return encoded
}
