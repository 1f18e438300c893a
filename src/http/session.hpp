#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/connection.hpp"
#include "http/request_reader.hpp"

namespace pay::http {

/// One connection: reads a request, has it answered, writes the answer, and so on until one side ends it.
/// Lives in the coroutine that runs it. `Transport` is PlainTransport or TlsTransport: chosen when it is
/// compiled, so that plain bytes pay nothing for TLS.
template <class Transport>
class Session final : public Connection {
 public:
  Session(Shared& shared, Socket socket, typename Transport::Settings settings);

  /// Serves until the connection is over.
  Task<void> run();
  /// Says that there are too many connections, and ends.
  Task<void> turn_away();

  void check_deadline(Shared::Clock::time_point now) override;
  void drain() override;
  void close() override;

 private:
  using Progress = RequestReader::Progress;
  static constexpr bool greets = requires(Transport& transport) { transport.shake_hands(); };
  enum class Phase : std::uint8_t { greeting, idle, reading, handling, writing, lingering };

  void enter(Phase phase, std::chrono::milliseconds limit);
  Progress interrupted(const boost::system::error_code& error);
  Response broken(std::string_view reason);
  Task<bool> greet();
  Task<void> refuse(Fault fault);
  void frame(const Response& response, bool keep_alive);
  bool flush_now();
  Task<void> flush();
  Task<void> linger();

  Shared& shared_;
  const std::string peer_;
  Transport transport_;
  RequestReader reader_;
  std::string out_;
  std::size_t sent_ = 0;  ///< of `out_`
  Shared::Clock::time_point deadline_{};
  Phase phase_ = Phase::idle;
  bool too_slow_ = false;
  bool input_ended_ = false;
};

}  // namespace pay::http
