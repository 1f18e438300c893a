#include "unit/laws/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "unit/laws/rooms.hpp"

namespace pay::laws {
namespace {

bool is_listed(std::string_view header, const std::vector<std::string_view>& listed) {
  return std::ranges::any_of(listed, [&](std::string_view entry) {
    return entry.ends_with('/') ? header.starts_with(entry) : header == entry;
  });
}

bool is_standard(std::string_view header) {
  return header.find_first_of("./") == std::string_view::npos;
}

bool is_word_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// Where the comment or text that begins at `at` ends.
std::size_t end_of_inert(std::string_view source, std::size_t at) {
  const auto after = [&](std::string_view mark, std::size_t from) {
    const auto found = source.find(mark, from);
    return found == std::string_view::npos ? source.size() : found + mark.size();
  };
  if (source.substr(at).starts_with("//")) return std::min(source.find('\n', at), source.size());
  if (source.substr(at).starts_with("/*")) return after("*/", at + 2);
  if (source.substr(at).starts_with("R\"(")) return after(")\"", at + 3);
  const char quote = source[at];
  for (auto end = at + 1; end < source.size(); ++end) {
    if (source[end] == '\\') {
      ++end;
    } else if (source[end] == quote || source[end] == '\n') {
      return end + 1;
    }
  }
  return source.size();
}

/// An apostrophe between digits separates them.
bool begins_inert(std::string_view source, std::size_t at) {
  const auto rest = source.substr(at);
  if (rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with("R\"(") || rest.front() == '"')
    return true;
  return rest.front() == '\'' && (at == 0 || !is_word_letter(source[at - 1]));
}

class CycleSearch {
 public:
  explicit CycleSearch(const Graph& graph) : graph_(graph) {}

  std::vector<std::string> run() {
    for (const auto& [node, ignored] : graph_) {
      if (visit(node)) return path_;
    }
    return {};
  }

 private:
  bool visit(const std::string& node) {
    const auto before = std::ranges::find(path_, node);
    const bool closes = before != path_.end();
    if (closes) path_.erase(path_.begin(), before);
    if (!closes && !visited_.insert(node).second) return false;
    path_.push_back(node);
    if (closes) return true;
    const auto next = graph_.find(node);
    if (next != graph_.end() && std::ranges::any_of(next->second, [&](const auto& to) { return visit(to); }))
      return true;
    path_.pop_back();
    return false;
  }

  const Graph& graph_;
  std::set<std::string> visited_;
  std::vector<std::string> path_;
};

}  // namespace

std::vector<Include> includes_of(std::string_view source) {
  static const std::regex line(R"(^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"])", std::regex::multiline);
  std::vector<Include> found;
  using Matches = std::regex_iterator<std::string_view::const_iterator>;
  for (Matches match(source.begin(), source.end(), line); match != Matches{}; ++match) {
    found.push_back({.header = (*match)[2], .quoted = (*match)[1] == "\""});
  }
  return found;
}

std::optional<std::string> forbidden(const std::filesystem::path& file, const Include& include) {
  const auto folder = file.parent_path().string();
  const auto room = std::ranges::find(rooms, folder, &Room::folder);
  if (room == rooms.end()) return fmt::format("{}: the folder is not in the table of rooms", file.string());

  const bool same_folder =
      include.quoted && std::filesystem::path(include.header).parent_path().string() == folder;
  const bool allowed = same_folder || (include.quoted ? is_listed(include.header, room->own)
                                                      : is_standard(include.header) ||
                                                            is_listed(include.header, room->third_party));
  if (allowed) return std::nullopt;
  return fmt::format("{} includes {}, which the room `{}` may not", file.string(), include.header, folder);
}

std::string code_of(std::string_view source) {
  std::string code;
  for (std::size_t at = 0; at < source.size();) {
    if (begins_inert(source, at)) {
      at = end_of_inert(source, at);
      code += ' ';
    } else {
      code += source[at++];
    }
  }
  return code;
}

bool uses_word(std::string_view code, std::string_view word) {
  for (auto at = code.find(word); at != std::string_view::npos; at = code.find(word, at + 1)) {
    const bool begins = at == 0 || !is_word_letter(code[at - 1]);
    const auto end = at + word.size();
    if (begins && (end == code.size() || !is_word_letter(code[end]))) return true;
  }
  return false;
}

std::map<std::filesystem::path, std::string> read_tree(const std::filesystem::path& root) {
  std::map<std::filesystem::path, std::string> files;
  const std::filesystem::recursive_directory_iterator end;
  for (std::filesystem::recursive_directory_iterator at(root); at != end; ++at) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (at->is_directory() && hidden) at.disable_recursion_pending();
    if (!at->is_regular_file() || hidden) continue;
    std::ifstream in(at->path(), std::ios::binary);
    files.emplace(at->path().lexically_relative(root),
                  std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
  }
  return files;
}

std::vector<std::string> find_cycle(const Graph& graph) {
  return CycleSearch(graph).run();
}

}  // namespace pay::laws
