package yoi_test

import data.yoi

test_without_policies_nothing_is_said if {
	yoi.decision == {"permit": set(), "forbid": set(), "oblige": set(), "malformed": set()}
}

test_every_package_adds_to_every_set if {
	policies := {
		"one": {"permit": {{"id": "a"}}, "forbid": {{"id": "b", "because": "c"}}},
		"two": {"permit": {{"id": "a"}, {"id": "d"}}, "oblige": {{"id": "e", "rate": "10/1m"}}, "other": 1},
	}
	yoi.decision == {
		"permit": {
			{"policy": "one", "entry": {"id": "a"}},
			{"policy": "two", "entry": {"id": "a"}},
			{"policy": "two", "entry": {"id": "d"}},
		},
		"forbid": {{"policy": "one", "entry": {"id": "b", "because": "c"}}},
		"oblige": {{"policy": "two", "entry": {"id": "e", "rate": "10/1m"}}},
		"malformed": set(),
	} with data.yoi.policy as policies
}

test_what_is_no_set_is_told if {
	every document in [[], {}, true, false, null, "x", 1, [{"id": "a"}], {"a": {"id": "a"}}] {
		every kind in ["permit", "forbid", "oblige"] {
			yoi.decision.malformed == {"odd"} with data.yoi.policy as {"odd": {kind: document}, "right": {"permit": set()}}
		}
	}
}
