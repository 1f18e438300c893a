#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pay::laws {

/// One `#include` line: the header, and whether it stands in quotes.
struct Include {
  std::string header;
  bool quoted = false;
};

std::vector<Include> includes_of(std::string_view source);

/// Why the file (its path below `src`) may not include this; nothing when it may.
std::optional<std::string> forbidden(const std::filesystem::path& file, const Include& include);

/// A source without its comments and the insides of its texts.
std::string code_of(std::string_view source);

/// `code` uses the word, not as a part of a longer one.
bool uses_word(std::string_view code, std::string_view word);

/// Every file below a folder, by its path relative to it, with its text. Hidden folders are left out.
std::map<std::filesystem::path, std::string> read_tree(const std::filesystem::path& root);

/// What each of the nodes points to. Nodes that are pointed to need not be in it.
using Graph = std::map<std::string, std::vector<std::string>>;

/// The names of one cycle in their order, the first repeated at the end; empty when there is none.
std::vector<std::string> find_cycle(const Graph& graph);

}  // namespace pay::laws
