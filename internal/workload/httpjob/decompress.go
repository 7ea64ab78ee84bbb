package httpjob

import "github.com/aurea-orchestrator/aurea/param"

// acceptEncoding is the header that asks for encoded responses.
const acceptEncoding = "Accept-Encoding"

// decompressParameter declares whether responses are decoded.
var decompressParameter = param.Parameter{
	Name: "decompress", Type: param.Boolean, Default: false,
	Doc: "whether to ask for compressed answers, unless headers has an Accept-Encoding, and to decode them",
}
