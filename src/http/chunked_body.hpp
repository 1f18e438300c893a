#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/limits.hpp"
#include "http/wiped_bytes.hpp"

namespace pay::http {

/// Reads a body in chunks (RFC 9112, section 7.1), in pieces of any size and always with the same outcome.
/// Beast has a reader too, but its outcome depends on how the network cuts the bytes, and a last chunk that
/// arrives slowly fails its assertions. Extensions and trailers are bounded and dropped.
class ChunkedBody {
 public:
  enum class Progress : std::uint8_t { need_more, whole, malformed, too_large };

  /// A line above this is malformed: whoever feeds this has room for one line and more.
  static constexpr std::size_t max_line_bytes = 2'048;

  explicit ChunkedBody(const Limits& limits) : limits_(limits) {}

  /// Takes what it can off the front of `bytes` and appends the data to `body`.
  Progress read(std::string_view& bytes, WipedText& body);

 private:
  enum class Part : std::uint8_t { size, data, data_end, trailers };

  Progress read_line(std::string_view& bytes, std::string_view& line);
  Progress read_size(std::string_view line, std::size_t body_bytes);
  Progress read_trailer(std::string_view line);

  const Limits& limits_;
  Part part_ = Part::size;
  std::size_t left_ = 0;     ///< bytes of data in this chunk
  std::size_t dropped_ = 0;  ///< bytes of extensions and trailers
};

}  // namespace pay::http
