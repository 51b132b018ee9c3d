// Parameters that operators read as weights; a device may keep a copy of them in its own type.
#pragma once

#include <vector>

#include "amt/base/error.hpp"
#include "amt/ops/buffer.hpp"

namespace amt {

/// A flat buffer of parameters from which operators may take their weights. After the parameters
/// change, refresh() must be called before the next operator, except for changes by AdamW and Muon,
/// which refresh their own. Using weights outside a refreshed buffer throws an Error.
class Weights {
 public:
  /// parameters [count]: device memory of `ops`. Both must outlive this object, which must be
  /// refreshed before use.
  Weights(Ops& ops, const float* parameters, Dim count)
      : ops_(ops), parameters_(parameters), count_(count) {}
  ~Weights() { ops_.forget_weights(parameters_); }
  Weights(const Weights&) = delete;
  Weights& operator=(const Weights&) = delete;

  void refresh() { ops_.refresh_weights(parameters_, count_); }
  /// The same for parameters [begin, end) alone, after refresh() has been called once.
  void refresh(Dim begin, Dim end) { ops_.refresh_weights(parameters_ + begin, end - begin); }

 private:
  Ops& ops_;
  const float* parameters_;
  Dim count_;
};

/// The weights known to an Ops: the refreshed ranges and its copies of them.
class WeightRanges {
 public:
  struct Range {
    const float* begin;
    Dim count;
    Buffer copy;  ///< empty if products read the parameters directly
  };

  /// Returns the range that contains [parameters, parameters + count), which is added if it is new.
  Range& at(const float* parameters, Dim count) {
    for (Range& range : ranges_) {
      const bool inside =
          range.begin <= parameters && parameters + count <= range.begin + range.count;
      if (inside) return range;
      if (parameters < range.begin + range.count && range.begin < parameters + count) {
        throw Error("two sets of weights overlap: this is a bug in amt, please report it");
      }
    }
    ranges_.push_back({parameters, count, {}});
    return ranges_.back();
  }

  /// Returns the device's copy of parameters[0, count) if all of them are in one range that has a
  /// copy, otherwise null.
  template <class T>
  T* copy_of(const float* parameters, Dim count) const {
    for (const Range& range : ranges_) {
      const bool inside =
          range.begin <= parameters && parameters + count <= range.begin + range.count;
      if (inside && range.copy.bytes() > 0) {
        return range.copy.template as<T>() + (parameters - range.begin);
      }
    }
    return nullptr;
  }

  void forget(const float* parameters) noexcept {
    for (auto range = ranges_.begin(); range != ranges_.end(); ++range) {
      if (range->begin != parameters) continue;
      ranges_.erase(range);
      return;
    }
  }

  const Range& of(const float* weights) const {
    for (const Range& range : ranges_) {
      if (range.begin <= weights && weights < range.begin + range.count) return range;
    }
    throw Error(
        "weights were used that were never refreshed: this is a bug in amt, please report it");
  }

 private:
  std::vector<Range> ranges_;
};

}  // namespace amt
