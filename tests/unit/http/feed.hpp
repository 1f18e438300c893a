#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_reader.hpp"

namespace pay::http {

/// Everything that a reader understood of a stream that came in pieces of one size: each request, and how it
/// ended. Stops the process when a request breaks what a handler relies on.
std::vector<std::string> understand(std::string_view stream, std::size_t piece_bytes);

/// A few requests, valid ones or mutated, cut or mixed with random bytes.
std::string random_stream(std::mt19937& random);

}  // namespace pay::http
