package budget

import "strconv"

// Size formats a number of bytes with a binary unit, such as "512 MiB".
func Size(bytes int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	value, unit := float64(bytes), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	return strconv.FormatFloat(value, 'g', 4, 64) + " " + units[unit]
}
