#include "amt/base/options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/ini.hpp"
#include "amt/base/strings.hpp"
#include "edit_distance.hpp"

namespace amt {
namespace {

/// Returns "lr" for "trainer.lr".
std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

/// Spells a name as options are spelled: "--Learning-Rate" becomes "learning_rate".
std::string normalised(const std::string& word) {
  std::string name = lower_case(word);
  std::ranges::replace(name, '-', '_');
  return name;
}

/// Finds the option whose name is most similar to a word.
class Closest {
 public:
  explicit Closest(const std::string& word) : word_(word), best_(word.size() + 1) {}
  /// Considers `name` for `option`. The misspellings allowed depend on the lengths of the last
  /// parts: otherwise a common section name would let an entirely different key match.
  void offer(const std::string& name, const std::string& option) {
    const std::string candidate = normalised(name);
    const std::size_t distance = edit_distance(word_, candidate);
    if (distance >= best_ || distance > max_typos(last_part(word_), last_part(candidate))) {
      return;
    }
    best_ = distance;
    option_ = option;
  }
  std::size_t distance() const { return best_; }
  const std::string& option() const { return option_; }  ///< "" if no name is similar enough

 private:
  std::string word_;
  std::size_t best_;
  std::string option_;
};

}  // namespace

void OptionTable::declare(Option option, const std::string& words, Parse parse,
                          std::function<std::string()> show) {
  if (!words.empty()) option.help += fmt::format("{}{}", option.help.empty() ? "" : ": ", words);
  option.set = [name = option.name, parse = std::move(parse)](const std::string& text) {
    const std::string problem = parse(text);
    if (!problem.empty()) throw UsageError(fmt::format("--{}: '{}' {}", name, text, problem));
  };
  option.get = std::move(show);
  options_.push_back(std::move(option));
}

void OptionTable::add_short(const std::string& name, const std::string& target) {
  Option option = *find(target);
  option.name = name;
  option.help = fmt::format("the same as --{}", target);
  option.same_as = target;
  option.customary.clear();
  options_.push_back(std::move(option));
}

void OptionTable::add_customary(const std::string& name, std::initializer_list<const char*> names) {
  for (Option& option : options_) {
    if (option.name == name) option.customary.assign(names.begin(), names.end());
  }
}

const Option* OptionTable::find(const std::string& name) const {
  const auto found = std::ranges::find(options_, name, &Option::name);
  return found == options_.end() ? nullptr : &*found;
}

std::string OptionTable::full_name(const std::string& name) const {
  const Option* option = find(name);
  return option == nullptr || option->same_as.empty() ? name : option->same_as;
}

std::string OptionTable::closest(const std::string& word) const {
  const std::string all = normalised(word);
  Closest whole(all), part(last_part(all));
  for (const Option& option : options_) {
    whole.offer(option.name, option.name);
    part.offer(last_part(option.name), option.name);
    for (const std::string& name : option.customary) part.offer(name, option.name);
  }
  const bool by_part = !part.option().empty() && part.distance() <= whole.distance();
  return by_part ? part.option() : whole.option();
}

void OptionTable::set(const std::string& name, const std::string& text) {
  if (const Option* option = find(name)) {
    option->set(text);
    given_.insert(full_name(name));
    return;
  }
  const std::string close = closest(name);
  throw UsageError(fmt::format("unknown option '{}'{}", name,
                               close.empty() ? "" : fmt::format("; did you mean '{}'?", close)));
}

std::string OptionTable::to_ini(Effect weakest) const {
  std::string text, section;  // options without a section come first
  for (const Option& option : options_) {
    if (!option.same_as.empty() || option.effect > weakest) continue;
    const std::size_t dot = option.name.find('.');
    const std::string its = dot == std::string::npos ? "" : option.name.substr(0, dot);
    if (its != section) {
      text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", its);
      section = its;
    }
    text += fmt::format("{} = {}\n", option.name.substr(dot == std::string::npos ? 0 : dot + 1),
                        ini_value(option.get()));
  }
  return text;
}

}  // namespace amt
