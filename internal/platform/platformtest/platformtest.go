// Package platformtest holds what tests ask the operating system about, and
// the code itself does not.
package platformtest
