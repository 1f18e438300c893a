// Goal: no bytes make the reader crash, hang or understand a stream differently when the network cuts it
// otherwise. Method: the fuzzer's bytes are fed whole and in small pieces; `feed` checks each request.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "unit/http/feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece_bytes = 1 + data[0] % 32;
  const std::string_view stream(reinterpret_cast<const char*>(data + 1), size - 1);
  if (pay::http::understand(stream, stream.size()) != pay::http::understand(stream, piece_bytes))
    std::abort();
  return 0;
}
