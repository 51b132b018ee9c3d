#include "amt/collective/reducer.hpp"

namespace amt {
namespace {

/// With one rank, every sum and every slice is already in place.
class SingleReducer : public Reducer {
 public:
  std::string name() const override { return "none"; }
  void broadcast(float*, std::int64_t) override {}
  void all_reduce(float*, std::int64_t) override {}
  void reduce_scatter(const SlicedBuffer&, Slice) override {}
  void all_gather(const SlicedBuffer&) override {}
  void wait() override {}
};

}  // namespace

std::unique_ptr<Reducer> make_single_reducer() { return std::make_unique<SingleReducer>(); }

}  // namespace amt
