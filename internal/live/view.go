package live

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/platform"
)

// redrawEvery is the time between two pictures: the clock goes on between
// intervals.
const redrawEvery = time.Second / 2

// Options configure a View.
type Options struct {
	Out    io.Writer           // where the run is shown, such as standard error
	In     io.Reader           // standard input: keys are read if it is a terminal
	Getenv func(string) string // the environment: TERM and NO_COLOR
	Spec   aurea.Spec          // shown before the first update
	// Stop stops the run, or the watching of it, as an interrupt does. It must
	// not block.
	Stop func()
}

// A ControlFunc applies a control to a run and returns the run with the event
// on its timeline. It may block until ctx is done.
type ControlFunc func(ctx context.Context, id string, control aurea.Control) (aurea.Run, error)

// A View shows a run while it runs. On a terminal that is wide enough it draws
// in place, and keys control the run; elsewhere it prints lines. Open makes
// one. Its methods may be called concurrently; none waits for the terminal's
// user.
type View struct {
	options  Options
	terminal *os.File // nil for plain lines
	keys     *platform.Keys
	cancel   context.CancelFunc
	done     sync.WaitGroup
	redraw   chan struct{} // there is something new

	mu       sync.Mutex
	plain    *plain
	screen   screen
	state    State
	shownAt  time.Time // of the last update
	active   bool      // the terminal is ours: in the foreground, its keys taken
	closed   bool
	controls controls
	stops    int // how often the user has asked for the end
}

// Open begins to show a run. Close must be called, also when the program
// panics.
func Open(o Options) *View {
	v := &View{options: o, redraw: make(chan struct{}, 1), shownAt: time.Now()}
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel, v.controls.ctx = cancel, ctx
	v.plain, v.state.Spec = newPlain(o.Out), o.Spec
	file, ok := o.Out.(*os.File)
	if !ok || !capable(file, o.Getenv) {
		return v
	}
	v.terminal = file
	signals, stop := notify() // before the terminal is taken: from then on it must be restored
	v.screen = screen{out: file, color: o.Getenv("NO_COLOR") == ""}
	if in, ok := o.In.(*os.File); ok && o.Stop != nil {
		if keys, err := platform.OpenKeys(in); err == nil {
			v.keys, v.state.Keys = keys, true
			v.done.Go(v.readKeys)
		}
	}
	v.enter()
	v.done.Go(func() {
		defer stop()
		v.loop(ctx, signals)
	})
	return v
}

// capable reports whether a view can be drawn on a file.
func capable(file *os.File, getenv func(string) string) bool {
	term := getenv("TERM")
	columns, rows := platform.TerminalSize(file)
	return columns >= MinWidth && rows > 1 && term != "" && term != "dumb"
}

// ControlBy says how to apply the controls that keys ask for. Before that, keys
// can only stop the run.
func (v *View) ControlBy(apply ControlFunc) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.controls.apply = apply
}

// Show takes an update of the run. It returns at once.
func (v *View) Show(run aurea.Run) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.update(run)
}

// update is Show with the lock held.
func (v *View) update(run aurea.Run) {
	if v.closed {
		return
	}
	v.state.Add(run)
	v.shownAt = time.Now()
	if !v.controls.busy {
		v.controls.load = aurea.Control{} // the update has it
	}
	if !v.drawable() {
		v.plain.show(run)
		return
	}
	v.wake()
}

// Write prints lines above the view.
func (v *View) Write(text []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.active && !v.closed {
		v.screen.erase(v.width())
		defer v.draw()
	}
	return v.options.Out.Write(text)
}

// Close removes the view and leaves the terminal as it was. Further calls do
// nothing.
func (v *View) Close() {
	v.mu.Lock()
	first := !v.closed
	if first {
		v.leave(true)
		v.closed = true
		v.cancel()
		if v.keys != nil {
			_ = v.keys.Close() // ends readKeys
		}
	}
	v.mu.Unlock()
	v.done.Wait()
	if first && v.keys != nil {
		_ = v.keys.Release()
	}
}

// loop draws the view, at each update and twice a second, until ctx is done.
func (v *View) loop(ctx context.Context, signals <-chan os.Signal) {
	defer v.restoreOnPanic()
	ticker := time.NewTicker(redrawEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.redraw:
		case <-ticker.C:
		case signal := <-signals:
			v.handle(signal, signals)
		}
		v.mu.Lock()
		v.enter()
		v.draw()
		v.mu.Unlock()
	}
}

// wake lets loop draw at once.
func (v *View) wake() {
	select {
	case v.redraw <- struct{}{}:
	default: // it is about to
	}
}

// restoreOnPanic leaves the terminal as it was before a panic ends the program.
// It keeps the lock, so that no other goroutine takes the terminal again. If
// the one that panics holds it, waiting would be in vain.
func (v *View) restoreOnPanic() {
	if reason := recover(); reason != nil {
		for tries := 0; !v.mu.TryLock() && tries < 100; tries++ {
			time.Sleep(time.Millisecond)
		}
		v.leave(false)
		panic(reason)
	}
}

// enter takes the terminal if it can be taken: not while the shell has it. The
// caller holds the lock, as for the next functions.
func (v *View) enter() {
	foreground := !v.closed && platform.InForeground(v.terminal)
	switch {
	case v.active && !foreground:
		v.active = false
		v.screen.forget()
	case !v.active && foreground:
		v.active = true
		if v.keys != nil {
			_ = v.keys.Start() // without it the keys need an enter
		}
	}
}

// leave gives the terminal back, with the picture erased or left where it is.
func (v *View) leave(erase bool) {
	if !v.active {
		return
	}
	v.active = false
	if erase {
		v.screen.erase(v.width())
	} else {
		v.screen.forget()
	}
	if v.keys != nil {
		_ = v.keys.Stop()
	}
}

// drawable reports whether the view can be drawn now.
func (v *View) drawable() bool {
	if !v.active || v.closed {
		return false
	}
	columns, rows := platform.TerminalSize(v.terminal)
	return columns >= MinWidth && rows > 1
}

// draw draws the state, and removes the picture from a terminal that has become
// too small.
func (v *View) draw() {
	if !v.drawable() {
		if v.active {
			v.screen.erase(v.width())
		}
		return
	}
	columns, rows := platform.TerminalSize(v.terminal)
	v.state.Age = time.Since(v.shownAt)
	v.screen.draw(Lines(v.state, columns, rows), columns)
}

func (v *View) width() int {
	columns, _ := platform.TerminalSize(v.terminal)
	return max(columns, 1)
}
