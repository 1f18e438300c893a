#include "contract/provider/peer_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <stdexcept>
#include <vector>

#include "http/curl_client.hpp"

namespace pay::test {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds patience{20};

/// Those of this project, and those that documents bring along.
std::string folder_of_peers(std::string_view root) {
  return std::string(root) + "/tests/support/providers";
}

std::string find_script(const std::string& script) {
  for (const auto* const root : {PAY_SOURCE_DIR, PAY_DOCUMENT_DIR}) {
    auto path = folder_of_peers(root) + "/" + script;
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error("no such peer: " + script);
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
  int read = -1;
  int write = -1;
};

/// The line that a peer prints when it is ready: `listening 12345`.
std::string first_line(int descriptor) {
  std::string line;
  for (char c = 0; ::read(descriptor, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

/// The answer's body. Control is on connections of its own, so that no test's faults touch it.
std::string ask(std::string_view method, std::string url, std::string body) {
  static http::CurlClient client({.answer_limit = std::size_t{16} << 20});
  std::promise<http::CallOutcome> promise;
  auto future = promise.get_future();
  std::vector<http::Client::Call> calls;
  calls.push_back(
      {.request = {.method = method, .url = std::move(url), .body = std::move(body), .timeout = patience},
       .done = [&](http::CallOutcome outcome) { promise.set_value(std::move(outcome)); }});
  client.send(calls);
  auto outcome = future.get();
  if (!outcome) throw std::runtime_error("a peer's control: " + std::string(name(outcome.error())));
  if (outcome->status != 200) throw std::runtime_error("a peer's control: " + outcome->body);
  return std::move(outcome->body);
}

}  // namespace

PeerProcess& PeerProcess::named(const std::string& script) {
  static std::map<std::string, PeerProcess> running;
  return running.try_emplace(script, script).first->second;
}

PeerProcess::PeerProcess(const std::string& script) {
  const Pipe input;
  const Pipe output;
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.read, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO);

  // A document's peer is built on those of this project. No folder of compiled files is left beside them.
  std::vector<std::string> words{"env",
                                 "PYTHONPATH=" + folder_of_peers(PAY_SOURCE_DIR),
                                 "PYTHONDONTWRITEBYTECODE=1",
                                 "python3",
                                 find_script(script),
                                 "--die-with-stdin"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error = ::posix_spawnp(&pid_, "env", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(input.read);
  ::close(output.write);
  lifeline_ = input.write;

  const auto line = error == 0 ? first_line(output.read) : "";
  ::close(output.read);
  constexpr std::string_view ready = "listening ";
  if (!line.starts_with(ready)) throw std::runtime_error(script + " did not start");
  base_ = "http://127.0.0.1:" + line.substr(ready.size());
}

PeerProcess::~PeerProcess() {
  ::close(lifeline_);
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}

void PeerProcess::order(std::string_view what, const json::object& order) const {
  ask("POST", base_ + "/_peer/" + std::string(what), json::serialize(order));
}

json::object PeerProcess::state() const {
  return json::parse(ask("GET", base_ + "/_peer/state", {})).as_object();
}

}  // namespace pay::test
