package action_test

import data.yoi.action

test_an_action_is_itself_and_in_its_groups if {
	every group in ["fs.read", "files", "host"] {
		action.within("fs.read", group)
	}
	every group in ["fs.write", "https", "execute", "register"] {
		not action.within("fs.read", group)
	}
}
