package doctor

import "fmt"

// The limits of what connections and records take.
const (
	warnOpenFiles, badOpenFiles = 10_000, 256 // the connections of http jobs
	warnPorts, badPorts         = 10_000, 1_000
	warnMemory, badMemory       = 512 << 20, 64 << 20
)

func openFiles(m machine) (string, State) {
	if m.openFiles == 0 {
		return "", Unknown
	}
	if m.openFiles > 1<<40 {
		return "unlimited", OK
	}
	return fmt.Sprint(m.openFiles), below(m.openFiles, warnOpenFiles, badOpenFiles)
}

func ports(m machine) (string, State) {
	if m.lastPort == 0 {
		return "", Unknown
	}
	n := m.lastPort - m.firstPort + 1
	return fmt.Sprintf("%d (%d to %d)", n, m.firstPort, m.lastPort), below(int64(n), warnPorts, badPorts)
}

func memory(m machine) (string, State) {
	if m.availableMemory == 0 {
		return "", Unknown
	}
	value := fmt.Sprintf("%d MiB available", m.availableMemory>>20)
	if m.memoryLimit > 0 {
		value += fmt.Sprintf(", limit %d MiB", m.memoryLimit>>20)
	}
	return value, below(m.availableMemory, warnMemory, badMemory)
}
