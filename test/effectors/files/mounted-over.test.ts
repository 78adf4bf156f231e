import test from "ava";
import { mountedOver } from "../../../src/effectors/files/mounted-over.ts";

const table = String.raw`22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /home/u/notes/disk rw - tmpfs tmpfs rw
31 22 8:1 /etc/hosts /home/u/notes/hosts rw - ext4 /dev/sda1 rw
32 22 0:26 / /home/u/notes/two\040words\134\303\251 rw - tmpfs tmpfs rw
33 22 0:27 / /home/u/notes/2026/deeper rw - tmpfs tmpfs rw
34 30 0:28 / /home/u/notes/disk rw - tmpfs tmpfs rw
35 30 0:28 / /home/u/notes/disk/inner rw - tmpfs tmpfs rw
36 40 0:29 / /home/u/notes/elsewhere rw - tmpfs tmpfs rw
37 22 0:30 / /data rw - tmpfs tmpfs rw
`;

const rows: readonly (readonly [title: string, path: string, mountId: string, names: readonly string[]])[] = [
  [
    "file systems, binds and files, with any byte in their names",
    "/home/u/notes",
    "22",
    ["disk", "hosts", "two words\\\u00c3\u00a9"],
  ],
  ["none deeper than the folder itself", "/home/u/notes/2026", "22", ["deeper"]],
  ["what is mounted in a mount", "/home/u/notes/disk", "30", ["inner"]],
  ["what is mounted in the root", "/", "22", ["data"]],
  ["none of another mount at the same path", "/home/u/notes", "40", ["elsewhere"]],
  ["nothing where nothing is", "/home/u", "22", []],
];
for (const [title, path, mountId, names] of rows) {
  test(`what is mounted over names of a folder: ${title}`, (t) => {
    t.deepEqual([...mountedOver(table, { path, mountId })], names);
  });
}
