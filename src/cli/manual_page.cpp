#include "manual_page.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/version.hpp"
#include "commands.hpp"
#include "option_lines.hpp"

namespace amt {
namespace {

/// Escapes text for roff: hyphens remain hyphens when copied, and no line is taken for a request.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') escaped += "\\e";
    if (c == '-') escaped += "\\-";
    if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) escaped += "\\&";
    if (c != '\\' && c != '-') escaped += c;
  }
  return escaped;
}

std::string upper_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string man_head(const std::string& name, const std::string& summary) {
  return fmt::format(
      ".TH {} 1 \"\" \"amt {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
      roff(upper_case(name)), roff(version()), roff(name), roff(summary));
}

std::string item(const std::string& term, const std::string& text) {
  return fmt::format(".TP\n{}\n{}\n", term, roff(text));
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string exit_status() {
  std::string text = ".SH EXIT STATUS\n";
  const auto add = [&text](ExitCode code, const char* meaning) {
    text += item(bold(std::to_string(static_cast<int>(code))), meaning);
  };
  add(ExitCode::kDone, "done");
  add(ExitCode::kFailed, "failed; the error message gives the reason");
  add(ExitCode::kUsage, "wrong options or configuration; nothing was started");
  add(ExitCode::kBadInput, "more files were rejected than --max-bad-fraction allows");
  add(ExitCode::kStopped, "stopped by a signal, after saving; the same command resumes");
  add(ExitCode::kWatchdog, "a rank or the network made no progress for --watchdog seconds");
  add(ExitCode::kWrongNumbers, "ranks computed different numbers; the same command resumes");
  return text;
}

std::string see_also(const std::string& but) {
  std::string pages = but.empty() ? "" : bold("amt") + "(1)";
  for (const Command& command : kCommands) {
    if (command.name == but) continue;
    pages += fmt::format("{}{}(1)", pages.empty() ? "" : ",\n",
                         bold(std::string("amt-") + command.name));
  }
  return ".SH SEE ALSO\n" + pages + ",\n" + bold("mpirun") + "(1)\n";
}

std::string summary_of(const std::string& command) {
  for (const Command& known : kCommands) {
    if (known.name == command) return known.summary;
  }
  return "";
}

}  // namespace

std::string manual_page() {
  std::string text = man_head("amt", "MIDI files to a trained Anticipatory Music Transformer");
  text += fmt::format("{} {}\n.br\n{} {}\n.br\n{} | {}\n", bold("amt"), italic("COMMAND ..."),
                      bold("mpirun -n N amt"), italic("COMMAND ..."), bold("amt --help"),
                      bold("amt --version"));
  text += ".SH COMMANDS\n";
  for (const Command& command : kCommands) text += item(bold(command.name), command.summary);
  return text + exit_status() + see_also("");
}

std::string manual_page(const CommandLine& line) {
  std::string text = man_head("amt-" + line.command, summary_of(line.command));
  text += bold("amt " + line.command);
  for (const Positional& word : line.positionals) text += ' ' + italic(word.name);
  text += " [" + italic("OPTION") + "...]\n.SH DESCRIPTION\n" + roff(line.summary) + '\n';
  for (const Positional& word : line.positionals) text += item(italic(word.name), word.help);
  text += ".SH OPTIONS\n" + item(bold("-h") + ", " + bold("--help"), "show the options");
  for (const OptionLine& option : option_lines(line)) {
    const std::string value = option.value.empty() ? "" : ' ' + italic(option.value);
    text += item(bold("--" + option.name) + value, option.help);
  }
  return text + ".PP\n" + roff(kOptionRules) + '\n' + exit_status() + see_also(line.command);
}

}  // namespace amt
