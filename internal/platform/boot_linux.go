package platform

// BootID returns an id that the machine has since its start, the same in all of
// its containers. It is "" if it cannot be read.
func BootID() string { return readFile(procMount + "/sys/kernel/random/boot_id") }
