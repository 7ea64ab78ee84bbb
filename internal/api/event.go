package api

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// An Event is one server-sent event. A comment has no Name; an empty comment is
// a heartbeat.
type Event struct {
	ID        int64
	Name      string
	Data      []byte
	Heartbeat bool
}

// MaxLine is the most bytes of one line of an event or of a job's record.
const MaxLine = 64 << 20

// ReadEvent reads the next event or comment, up to the empty line that ends it.
// It returns io.EOF when the stream ends before that line.
func ReadEvent(reader *bufio.Reader) (Event, error) {
	var e Event
	for {
		line, err := ReadLine(reader)
		if err != nil {
			return Event{}, err
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "":
			if len(line) == 0 {
				return e, nil
			}
			e.Heartbeat = len(value) == 0
		case "id":
			e.ID, _ = strconv.ParseInt(string(value), 10, 64) // the server sends only numbers
		case "event":
			e.Name = string(value)
		case "data":
			e.Data = append(e.Data, value...)
		}
	}
}

// ReadLine reads a line of up to about MaxLine bytes and returns it without its
// line ending. It returns io.EOF for a line that has no ending.
func ReadLine(reader *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := reader.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > MaxLine:
			return nil, fmt.Errorf("a line of more than %d bytes", MaxLine)
		}
	}
}
