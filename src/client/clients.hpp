#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "client/api_key.hpp"

namespace pay {

class LineBudget;
class WrongKeys;

/// Who sent a request, as far as it concerns payments.
struct Caller {
  std::string name;                    ///< whose payments it creates; empty: nobody's in particular
  std::optional<std::string> scope{};  ///< the only client whose payments it sees; nothing: everybody's
  Methods methods = Methods::all();    ///< what its payments may be paid with
};

/// The applications that use the service, as the database has them: read again every half second, so that
/// what operators change is known within a second. While the database is away, the last state counts.
class Clients {
 public:
  struct Options {
    /// Whether anybody may do everything while there is no client; otherwise nobody may do anything then.
    bool may_be_open = true;
    std::optional<std::string> anonymous{};  ///< whose name requests without a key get
    Methods methods = Methods::all();        ///< what can be paid with where a client does not say
    std::chrono::milliseconds read_interval{500};
  };

  /// Reads them once before it returns; throws as the store does.
  Clients(std::unique_ptr<ClientStore> store, const Clock& clock, Options options);
  ~Clients();

  /// Errors: `unauthorized`; `rate_limited` instead of it for an address that sent many wrong keys within a
  /// minute (a right key is let in from any address: a gateway's is shared). Wrong keys are logged without
  /// the key, and requests without one once a minute for each address; both within a budget of lines. Any
  /// thread.
  Result<Caller> authenticate(std::optional<std::string_view> key, std::string_view address);

  /// Nothing when there is no such client. Any thread.
  [[nodiscard]] std::optional<Client> find(std::string_view name) const;
  /// Any thread.
  [[nodiscard]] std::vector<Client> all() const;
  [[nodiscard]] bool empty() const;

 private:
  class Directory;
  void work();
  void read_again();
  [[nodiscard]] Caller caller_of(std::string_view name, const Client* client) const;
  [[nodiscard]] std::unexpected<Error> refuse_wrong_key(std::string_view address);
  [[nodiscard]] std::unexpected<Error> refuse_without_key(std::string_view address);
  void warn_of(std::string_view what, std::string_view address);
  void say_who_may_use_it(bool has_clients) const;
  [[nodiscard]] std::shared_ptr<const Directory> directory() const;

  const std::unique_ptr<ClientStore> store_;
  const Clock& clock_;
  const Options options_;
  const std::unique_ptr<WrongKeys> wrong_keys_;
  const std::unique_ptr<WrongKeys> missing_keys_;
  const std::unique_ptr<LineBudget> lines_;
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  std::shared_ptr<const Directory> directory_;
  bool stopping_ = false;
  bool is_away_ = false;  ///< the database, as the thread found it last
  std::thread thread_;
};

}  // namespace pay
