package platform

// wordSize is the size of a word of mapped memory in bytes.
const wordSize = 8
