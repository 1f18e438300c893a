#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/mysql/options.hpp"

namespace pay::test {

/// A network that breaks at the worst moment: forwards TCP between a client and a database, and treats the
/// packet that holds a COMMIT as it is told. Any thread.
class CuttingProxy {
 public:
  enum class Mode : std::uint8_t {
    pass,
    cut_before_commit,  ///< the COMMIT never arrives
    cut_after_commit,   ///< it arrives, its answer does not
    hold_commit,        ///< the client is cut; the COMMIT arrives when `release` is called
    refuse,             ///< every connection is closed
  };

  explicit CuttingProxy(mysql::Host server);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  [[nodiscard]] mysql::Host address() const { return {.name = "127.0.0.1", .port = port_}; }
  /// The cutting modes act once and then pass.
  void set(Mode mode) { mode_ = mode; }
  /// Sends what is held, waits for the server's answer, and returns it (the raw bytes).
  std::string release();

 private:
  void accept_connections();
  void forward(int client, int server);
  /// True when the connection goes on.
  bool pass_on(int server, std::string_view packet);

  mysql::Host server_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<Mode> mode_ = Mode::pass;
  std::atomic<bool> stopping_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string held_;
  int held_server_ = -1;

  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

}  // namespace pay::test
