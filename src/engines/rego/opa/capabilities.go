package main

import (
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

type refusal struct{ reason, instead string }

const (
	clock     = "its answer depends on when it is asked"
	random    = "its answer is random"
	network   = "it reaches the network"
	inContext = "policies read no clock: use `input.context.now`"
	inData    = "put what the policy needs into `data.json`"
)

// refusedBuiltins are those whose answer is not made of their arguments alone: the same input would not be decided the
// same way twice, and no decision could be explained or replayed.
var refusedBuiltins = map[string]refusal{
	"http.send":              {network, inData},
	"net.lookup_ip_addr":     {network, "the address that is dialled is `input.context.address` of `network.connect`"},
	"time.now_ns":            {clock, inContext},
	"rand.intn":              {random, "let the policy depend on the input alone"},
	"uuid.rfc4122":           {random, "let the policy depend on the input alone"},
	"opa.runtime":            {"its answer depends on the machine", inData},
	"io.jwt.encode_sign":     {"signatures are random, and a policy is no place for a private key", "verify with `io.jwt.decode_verify`"},
	"io.jwt.encode_sign_raw": {"signatures are random, and a policy is no place for a private key", "verify with `io.jwt.decode_verify`"},
	"print":                  {"what it writes is seen nowhere outside tests", "`yoi explain` shows how each expression came out"},
	"trace":                  {"it changes nothing and is seen nowhere", "`yoi explain` shows how each expression came out"},
	"crypto.x509.parse_and_verify_certificates": {
		clock, "use `crypto.x509.parse_and_verify_certificates_with_options` with `CurrentTime`",
	},
}

// capabilities are OPA's own, without what is refused, and with no host to fetch a schema from.
// FAIL-CLOSED: a builtin that a later OPA brings, and that it calls not deterministic, is refused unseen.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	own := ast.CapabilitiesForThisVersion()
	own.Builtins = slices.DeleteFunc(slices.Clone(own.Builtins), func(builtin *ast.Builtin) bool {
		_, refused := refusedBuiltins[builtin.Name]
		return refused || builtin == ast.InternalPrint || builtin.IsNondeterministic() && !boundedHere[builtin.Name]
	})
	own.AllowNet = []string{}
	return own
})

// boundedHere are called not deterministic by OPA, and are here: no schema is fetched, and a token's time is given.
var boundedHere = map[string]bool{"json.match_schema": true, "json.verify_schema": true, "io.jwt.decode_verify": true}

// testCapabilities are for test files, which may print: they are not there when a call is decided.
var testCapabilities = sync.OnceValue(func() *ast.Capabilities {
	own := *capabilities()
	own.Builtins = append(slices.Clone(own.Builtins), ast.Print, ast.InternalPrint)
	return &own
})

func builtinNames() []string {
	names := []string{}
	for _, builtin := range capabilities().Builtins {
		names = append(names, builtin.Name)
	}
	return names
}
