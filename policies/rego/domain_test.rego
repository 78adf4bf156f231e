package domain_test

import data.yoi.domain

test_a_name_lies_in_itself_and_in_every_name_above_it if {
	every zone in ["api.example.com", "example.com", "com"] {
		domain.within("api.example.com", zone)
	}
}

test_labels_count_and_letters_do_not if {
	every pair in [
		["evil-example.com", "example.com"],
		["evilexample.com", "example.com"],
		["example.com.evil.org", "example.com"],
		["example.co", "example.com"],
		["example.com", "api.example.com"],
		["com", "example.com"],
		["api.example.com", "api"],
		["api.example.com", "m"],
		["xn--bcher-kva.example", "bcher-kva.example"],
	] {
		not domain.within(pair[0], pair[1])
	}
}

test_an_address_and_no_name_lie_nowhere if {
	every name in ["203.0.113.9", "2001:db8::1", ""] {
		not domain.within(name, "example.com")
	}
}

test_names_are_written_in_one_way if {
	every name in ["com", "example.com", "_dmarc.example.com", "xn--bcher-kva.example", "a1.b2"] {
		domain.is_name(name)
	}
	every name in [
		"",
		".",
		"example.com.",
		".example.com",
		"*.example.com",
		"a..b",
		"Example.com",
		"bücher.example",
		"example.com/",
		"example.com:443",
		"https://example.com",
		"203.0.113.9",
		"example.113",
		"example.0x7f",
		"[2001:db8::1]",
		"2001:db8::1",
		"a b",
		"a\n",
		5,
		null,
		["example.com"],
	] {
		not domain.is_name(name)
	}
}
