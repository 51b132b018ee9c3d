#include <fmt/core.h>

#include <array>
#include <filesystem>
#include <string_view>

#include "report.hpp"

namespace amt {
namespace {

std::string corpus_name(const std::string& corpus) {
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::absolute(corpus, ignored) / "";
  std::string name = whole.lexically_normal().parent_path().filename().string();
  constexpr std::array<std::string_view, 4> kArchives = {".tar.gz", ".tgz", ".tar", ".zip"};
  for (const std::string_view ending : kArchives) {
    if (name.size() <= ending.size() || !name.ends_with(ending)) continue;
    name.resize(name.size() - ending.size());
    break;
  }
  return name;
}

}  // namespace

ReportOrigin origin_of(const PrepareOptions& options) {
  PrepareOptions ours = options, others;
  OptionTable given, defaults;
  ours.register_options(given);
  others.register_options(defaults);
  ReportOrigin origin{corpus_name(options.corpus), {}};
  origin.command = fmt::format("amt prepare {} DATASET", origin.corpus);
  for (std::size_t i = 0; i < given.options().size(); ++i) {
    const Option& option = given.options()[i];
    if (option.effect != Effect::kResult) continue;
    if (option.get() == defaults.options()[i].get()) continue;
    origin.command += " --" + option.name;
    if (!option.is_flag) origin.command += ' ' + option.get();
  }
  return origin;
}

}  // namespace amt
