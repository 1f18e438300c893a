#pragma once

#include <chrono>
#include <cstddef>

namespace pay::http {

/// Every wait and every size has an end. Deadlines are looked at once a `tick`: a wait is never shorter than
/// given and up to two ticks longer.
struct Limits {
  std::size_t header_bytes = 16'384;
  std::size_t header_fields = 128;
  std::size_t body_bytes = 65'536;
  std::size_t connections = 10'000;
  std::chrono::milliseconds handshake_time{10'000};  ///< TLS: from the connection to the first request
  std::chrono::milliseconds request_time{30'000};    ///< from a request's first byte to its last
  std::chrono::milliseconds write_time{30'000};      ///< for a peer to take what it asked for
  std::chrono::milliseconds idle_time{15 * 60'000};  ///< between requests: gateways keep connections for long
  std::chrono::milliseconds linger_time{2'000};      ///< for a peer to see the last answer before the close
  std::chrono::milliseconds tick{500};
};

}  // namespace pay::http
