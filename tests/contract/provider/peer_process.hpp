#pragma once

#include <sys/types.h>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace pay::test {

/// A scripted provider of tests/support/providers, or of a document, as a process of its own on loopback.
/// It ends with this one, however that ends: its standard input does.
class PeerProcess {
 public:
  /// Started when it is first asked for; the same one in every test. Throws std::runtime_error when it does
  /// not start.
  static PeerProcess& named(const std::string& script);

  explicit PeerProcess(const std::string& script);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  /// `http://127.0.0.1:PORT`
  [[nodiscard]] const std::string& base() const { return base_; }
  /// Its control: `order("faults", …)`, see peer.py. Throws std::runtime_error when it refuses.
  void order(std::string_view what, const boost::json::object& order) const;
  [[nodiscard]] boost::json::object state() const;

 private:
  std::string base_;
  pid_t pid_ = -1;
  int lifeline_ = -1;  ///< the other end is its standard input
};

}  // namespace pay::test
