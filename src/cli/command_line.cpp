#include "amt/cli/command_line.hpp"

#include <boost/program_options.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

namespace po = boost::program_options;

constexpr std::uintmax_t kMaxFile = 1u << 20;           // bytes of a configuration file
constexpr const char* kWords = "words without a dash";  // cannot be typed as an option

/// Every option as text: OptionTable converts and checks the values.
po::options_description describe(const CommandLine& line) {
  po::options_description known("Options");
  known.add_options()("help,h", "show this text");
  if (line.takes_config) {
    known.add_options()("config", po::value<std::string>()->value_name("FILE"),
                        "INI file with the settings below: [section] key = value");
  }
  for (const Option& option : line.table->options()) {
    if (option.is_flag) {
      known.add_options()(option.name.c_str(), option.help.c_str());
      continue;
    }
    const std::string now = option.get();
    const std::string help = option.help + (now.empty() ? "" : " [" + now + "]");
    known.add_options()(option.name.c_str(), po::value<std::string>()->value_name("X"),
                        help.c_str());
  }
  return known;
}

void print_help(const CommandLine& line, const po::options_description& known) {
  std::cout << "Usage: amt " << line.command;
  for (const Positional& word : line.positionals) std::cout << ' ' << word.name;
  std::cout << " [options]\n\n" << line.summary << "\n\n";
  for (const Positional& word : line.positionals) {
    std::cout << "  " << word.name << ": " << word.help << '\n';
  }
  std::cout << (line.positionals.empty() ? "" : "\n") << known;
}

[[noreturn]] void refuse_unknown(const CommandLine& line, std::string name,
                                 const std::string& where) {
  while (name.starts_with('-')) name.erase(0, 1);
  std::vector<std::string> names = {"help"};
  if (line.takes_config) names.push_back("config");
  for (const Option& option : line.table->options()) names.push_back(option.name);
  const std::string close = nearest(name, names);
  throw UsageError(str_cat(where, "unknown option '", name, "'",
                           close.empty() ? "" : str_cat("; did you mean '", close, "'?"),
                           " (see amt ", line.command, " --help)"));
}

po::parsed_options parse_words(const CommandLine& line, const po::options_description& known,
                               std::span<const std::string> args) {
  po::options_description all;
  all.add(known).add_options()(kWords, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(kWords, -1);
  try {
    return po::command_line_parser(std::vector<std::string>(args.begin(), args.end()))
        .options(all)
        .positional(positional)
        .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
        .run();
  } catch (const po::unknown_option& error) {
    refuse_unknown(line, error.get_option_name(), "");
  } catch (const po::error& error) {
    throw UsageError(str_cat(error.what(), " (see amt ", line.command, " --help)"));
  }
}

/// The first value of an option, or nullptr.
const std::string* find(const po::parsed_options& parsed, const std::string& name) {
  for (const po::option& option : parsed.options) {
    if (option.string_key == name && !option.value.empty()) return &option.value.front();
  }
  return nullptr;
}

bool given(const po::parsed_options& parsed, const std::string& name) {
  for (const po::option& option : parsed.options) {
    if (option.string_key == name) return true;
  }
  return false;
}

void apply_file(const CommandLine& line, const po::options_description& known,
                const std::string& path) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path)) {
    throw UsageError("cannot open the configuration file " + path);
  }
  std::error_code unknown;  // of a pipe, which is read like a file
  if (const auto bytes = std::filesystem::file_size(path, unknown); !unknown && bytes > kMaxFile) {
    throw UsageError(
        str_cat(path, " has ", format_count(bytes), " bytes: it is no configuration file"));
  }
  try {
    const po::parsed_options parsed = po::parse_config_file(in, known);
    for (const po::option& option : parsed.options) {
      if (option.unregistered || option.value.empty()) continue;
      line.table->set(option.string_key, option.value.front());
    }
  } catch (const po::unknown_option& error) {
    refuse_unknown(line, error.get_option_name(), path + ": ");
  } catch (const po::error& error) {
    throw UsageError(str_cat(path, ": ", error.what()));
  } catch (const UsageError& error) {
    throw UsageError(str_cat(path, ": ", error.what()));
  }
}

void apply_positionals(const CommandLine& line, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < line.positionals.size(); ++i) {
    if (i >= words.size()) {
      throw UsageError(str_cat("amt ", line.command, ": ", line.positionals[i].name,
                               " is missing (see amt ", line.command, " --help)"));
    }
    *line.positionals[i].value = words[i];
  }
  if (words.size() > line.positionals.size()) {
    throw UsageError(str_cat("amt ", line.command, ": '", words[line.positionals.size()],
                             "' is one word too many (see amt ", line.command, " --help)"));
  }
}

}  // namespace

bool parse_command_line(const CommandLine& line, std::span<const std::string> args) {
  const po::options_description known = describe(line);
  const po::parsed_options parsed = parse_words(line, known, args);
  if (given(parsed, "help")) {
    print_help(line, known);
    return false;
  }
  if (line.takes_config) {
    if (const std::string* path = find(parsed, "config")) apply_file(line, known, *path);
  }
  std::vector<std::string> words;
  for (const po::option& option : parsed.options) {
    if (option.string_key == kWords) {
      words.insert(words.end(), option.value.begin(), option.value.end());
    } else if (option.string_key != "config") {
      line.table->set(option.string_key, option.value.empty() ? "true" : option.value.front());
    }
  }
  apply_positionals(line, words);
  return true;
}

std::string configuration_text(const CommandLine& line) {
  std::string text = str_cat("command = ", line.command, '\n');
  for (const Positional& word : line.positionals)
    text += str_cat(word.name, " = ", *word.value, '\n');
  return text + line.table->to_ini();
}

}  // namespace amt
