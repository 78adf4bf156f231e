package url_test

import data.yoi.url

test_a_url_lies_in_itself_and_in_every_url_above_it if {
	every above in ["https://api.example.com/v1/forecast", "https://api.example.com/v1", "https://api.example.com"] {
		url.within("https://api.example.com/v1/forecast", above)
	}
	url.within("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443")
}

test_segments_count_and_letters_do_not if {
	every pair in [
		["https://api.example.com/v1evil", "https://api.example.com/v1"],
		["https://api.example.com/v1.evil", "https://api.example.com/v1"],
		["https://api.example.com", "https://api.example.com/v1"],
		["https://api.example.com.evil.org/v1", "https://api.example.com"],
		["https://api.example.com:8443/v1", "https://api.example.com"],
		["https://api.example.com/v1", "https://api.example.com:8443"],
		["http://api.example.com/v1", "https://api.example.com/v1"],
		["https://example.com/v1", "https://api.example.com/v1"],
		["https://api.example.com/V1", "https://api.example.com/v1"],
		["https://evil.org/https://api.example.com", "https://api.example.com"],
	] {
		# What the host named is taken as it is, so a malformed one is asked about, too.
		not url.within(pair[0], pair[1]) with input as {"resource": {"id": pair[0]}}
	}
}

test_what_the_host_could_not_read_lies_nowhere if {
	every id in ["", "https://user@api.example.com/v1", "https://api.example.com\\@evil.org", "//api.example.com"] {
		not url.within(id, "https://api.example.com") with input as {"resource": {"id": id}}
		not url.within(id, "https://api.example.com") with input as {"context": {"url": id}}
	}
}

test_urls_are_written_in_one_way if {
	every text in [
		"https://api.example.com",
		"http://printer.lan:631/ipp",
		"https://api.example.com:8443/v1/a%20b/~!$&'()*+,=:@",
		"https://xn--bcher-kva.example/%C3%BC",
		"https://127.0.0.1",
		"https://[2001:db8::1]",
		"https://[::]",
		"https://[1:0:2:3:4:5:6:7]",
		"https://[64:ff9b::a00:1]",
		"https://[2001:db8::1]:8443/a",
		"https://example.com/100%25",
	] {
		url.is_id(text)
	}
	every text in [
		"",
		"api.example.com",
		"ftp://example.com",
		"HTTPS://example.com",
		"https://API.example.com/v1",
		"https://api.example.com.",
		"https://api.example.com/",
		"https://api.example.com/v1/",
		"https://api.example.com//v1",
		"https://api.example.com/v1/../admin",
		"https://api.example.com/.",
		"https://api.example.com:443/v1",
		"http://api.example.com:80",
		"https://api.example.com:0",
		"https://api.example.com:0443",
		"https://api.example.com:65536",
		"https://api.example.com:",
		"https://api.example.com/v1?q",
		"https://api.example.com/v1#a",
		"https://user@example.com",
		"https://*.example.com",
		"https://api.example.com/*/\u0007",
		"https://bücher.example",
		"https://0177.0.0.1",
		"https://2130706433",
		"https://0x7f.1",
		"https://[::ffff:127.0.0.1]",
		"https://[2001:DB8::1]",
		"https://[2001:db8:0:0:0:0:0:1]",
		"https://[2001:db8:0::1]",
		"https://[2001:db8::0:1]",
		"https://[2001:0db8::1]",
		"https://[2001:db8::01]",
		"https://[1:2:3:4:5:6:7::]",
		"https://[::]x",
		"https://[fe80::1%25eth0]",
		"https://2001:db8::1",
		"https://[api.example.com]",
		"https://example.com/%7e",
		"https://example.com/%7E",
		"https://example.com/%c3%bc",
		"https://example.com/%2F",
		"https://example.com/%00",
		"https://example.com/100%",
		"https://example.com/a;b",
		"https://example.com/a b",
		"https://example.com/ü",
		"https://example.com/a\\b",
		"https://",
		5,
		null,
	] {
		not url.is_id(text)
	}
}
