#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/handler.hpp"
#include "http/limits.hpp"
#include "http/request_reader.hpp"

namespace pay::http {

/// What all sessions of a server share. The server keeps the times fresh.
struct Shared {
  using Clock = std::chrono::steady_clock;

  Handler& handler;
  const Limits limits;
  RequestIds ids{};
  Clock::time_point now = Clock::now();  ///< at most a tick old
  std::string date_line{};
  bool draining = false;
};

/// One connection: reads a request, has it answered, writes the answer, and so on until one side ends it.
/// Lives in the coroutine that runs it; every function is called on the server's thread.
class Session {
 public:
  using Socket =
      boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  Session(Shared& shared, Socket socket);

  /// Serves until the connection is over.
  Task<void> run();
  /// Says that there are too many connections, and ends.
  Task<void> turn_away();

  /// Ends what has taken too long.
  void check_deadline(Shared::Clock::time_point now);
  /// Idle: ends at once. Otherwise the answer that is due is the last.
  void drain();
  /// Ends the connection where it stands.
  void close();

 private:
  using Progress = RequestReader::Progress;
  enum class Phase : std::uint8_t { idle, reading, handling, writing, lingering };

  void enter(Phase phase, std::chrono::milliseconds limit);
  Progress interrupted(const boost::system::error_code& error);
  Response broken(std::string_view reason);
  Task<void> refuse(Fault fault);
  void frame(const Response& response, bool keep_alive);
  std::size_t write_now(std::string_view text, boost::system::error_code& error);
  bool flush_now();
  Task<void> flush();
  Task<void> linger();

  Shared& shared_;
  Socket socket_;
  const std::string peer_;
  RequestReader reader_;
  std::string out_;
  std::size_t sent_ = 0;  ///< of `out_`
  Shared::Clock::time_point deadline_{};
  Phase phase_ = Phase::idle;
  bool too_slow_ = false;
  bool input_ended_ = false;
};

}  // namespace pay::http
