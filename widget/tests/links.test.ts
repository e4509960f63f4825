import { expect, test } from "vitest";
import { phoneAddress, webAddress } from "../src/links";

test.each(["https://example.org/a", "http://example.org/", "HTTPS://example.org/?q=<script>"])("links %s", (url) => {
  expect(webAddress(url)).toMatch(/^https?:/);
});

test.each([
  "javascript:alert(1)",
  " jAvAsCrIpT:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "file:///etc/passwd",
  "blob:https://example.org/1",
  "//example.org/a",
  "/a",
  "example.org",
  "",
])("leaves %j as text", (url) => {
  expect(webAddress(url)).toBeNull();
});

test("makes a number callable", () => {
  expect(phoneAddress("999")).toBe("tel:999");
  expect(phoneAddress("0300 100 0212")).toBe("tel:03001000212");
  expect(phoneAddress("*4141")).toBe("tel:*4141");
  expect(phoneAddress("+353 (1) 234-5678")).toBe("tel:+35312345678");
});

test.each(["javascript:alert(1)", "999;phone-context=evil", "*31#999", "", "9", "12 34?", "9".repeat(30)])(
  "does not call %j",
  (number) => {
    expect(phoneAddress(number)).toBeNull();
  },
);
