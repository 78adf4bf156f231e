# What all policies of one layer say together. The host asks for `data.yoi.decision` and for nothing else, and reads it
# as docs/rego.md says. Prebuilt bundles have this module in them, as it is.
package yoi

decision := {
	"permit": {{"policy": name, "entry": entry} | some name; some entry in data.yoi.policy[name].permit},
	"forbid": {{"policy": name, "entry": entry} | some name; some entry in data.yoi.policy[name].forbid},
	"oblige": {{"policy": name, "entry": entry} | some name; some entry in data.yoi.policy[name].oblige},
	"malformed": malformed,
}

# FAIL-CLOSED: what is no set cannot be read as one, so the host takes it for an error. Each kind stands by itself: a
# reference to whatever a package has would reach its functions, too, which compiled policies cannot take.
malformed contains name if {
	some name
	document := data.yoi.policy[name].permit
	not is_set(document)
}

malformed contains name if {
	some name
	document := data.yoi.policy[name].forbid
	not is_set(document)
}

malformed contains name if {
	some name
	document := data.yoi.policy[name].oblige
	not is_set(document)
}
