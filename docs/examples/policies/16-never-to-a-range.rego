# Never to 203.0.113.0/24, whatever name leads there: the address that is dialled is decided after it was looked up, and
# each one by itself. Addresses that are not public need no forbid of yours.
package yoi.policy.never_to_a_range

import data.yoi.address

forbid contains {
	"id": "never-to-the-old-network",
	"because": "The machines in 203.0.113.0/24 are not ours any more",
} if {
	input.action == "network.connect"
	address.within(input.context.address, "203.0.113.0/24")
}
