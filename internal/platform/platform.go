// Package platform holds what differs between operating systems, one concern a
// file. Where a system cannot do something, the comment says what happens
// instead.
package platform
