// Package live shows a run while it runs: in place on a terminal, in lines
// anywhere else.
//
// Its stance: what is shown comes from a run's progress, once an interval, and
// never from the jobs. Lines is a pure function of the state and the size of
// the terminal, so tests need no terminal. A View owns the terminal: it draws,
// reads keys, and leaves the terminal as it was, however the command ends.
//
// Read state.go and lines.go first; each part of the picture has its file.
// view.go has the View, screen.go the drawing in place, plain.go the lines.
package live
