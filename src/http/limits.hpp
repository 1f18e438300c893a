#pragma once

#include <chrono>
#include <cstddef>

namespace pay::http {

/// Every wait and every size has an end. Waits are kept by a coarse clock: never shorter than given, up to a
/// second longer.
struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_fields = 128;
  std::size_t body_bytes = 64 * 1024;
  std::size_t connections = 10'000;
  std::chrono::seconds request_time{30};    ///< from a request's first byte to its last
  std::chrono::seconds write_time{30};      ///< for a peer to take what it asked for
  std::chrono::seconds idle_time{15 * 60};  ///< between requests: gateways keep connections for long
};

}  // namespace pay::http
