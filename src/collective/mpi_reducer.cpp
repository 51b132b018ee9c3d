#include <algorithm>
#include <deque>
#include <vector>

#include "amt/base/activity.hpp"
#include "amt/collective/buckets.hpp"
#include "amt/collective/reducer.hpp"

namespace amt {
namespace {

// Limits the host memory. By the time the limit is reached, the oldest transfer has had time to
// make progress during the backward pass.
constexpr std::size_t kMaxInFlight = 4;

/// A bucket of a gradient buffer that is being summed in host memory.
struct Transfer {
  float* device = nullptr;  // destination of the sum; null if another rank owns it
  std::vector<float> host;
  mpi::Request request;  // after `host`, so that it completes before the memory is freed
};

/// Sums through host memory, for any device: the copies are cheap compared to the backward pass,
/// and the gradients stay unchanged until their sum is complete.
class MpiReducer : public Reducer {
 public:
  MpiReducer(Ops& ops, const mpi::Communicator& communicator)
      : ops_(ops),
        communicator_(communicator),
        buckets_([this](float* data, std::int64_t count) { send(data, count); }) {}

  std::string name() const override { return "mpi"; }

  void broadcast(float* data, std::int64_t count) override {
    send_in_pieces(data, count, [this](float* piece, std::int64_t floats) {
      std::vector<float> host(floats);
      const std::size_t bytes = host.size() * sizeof(float);
      if (rank() == 0) ops_.to_host(host.data(), piece, bytes);
      communicator_.broadcast(std::as_writable_bytes(std::span(host)), 0);
      if (rank() != 0) ops_.to_device(piece, host.data(), bytes);
    });
  }

  void all_reduce(float* data, std::int64_t count) override {
    if (count == 0) return;
    buckets_.add(data, count);
    for (Transfer& transfer : in_flight_) transfer.request.done();  // drives MPI's progress
  }

  void reduce_scatter(const SlicedBuffer& buffer, Slice range) override {
    sliced_ = &buffer;
    all_reduce(buffer.data + range.begin, range.count());
  }

  /// Works in rounds of about a bucket each, to limit the host memory.
  void all_gather(const SlicedBuffer& buffer) override {
    const std::int64_t longest = buffer.slices.longest();
    const std::int64_t piece = std::max<std::int64_t>(1, kBucketFloats / ranks());
    for (std::int64_t at = 0; at < longest; at += piece) gather_round(buffer, at, piece);
  }

  void wait() override {
    const Waiting others("the sum of gradients");
    buckets_.flush();
    sliced_ = nullptr;
    while (!in_flight_.empty()) complete_oldest();
  }

  std::uint64_t reduced_bytes() const override { return reduced_bytes_; }

 private:
  int rank() const { return communicator_.rank(); }
  int ranks() const { return communicator_.size(); }

  void send(float* data, std::int64_t count) {
    if (sliced_ == nullptr) {
      return send(data, count,
                  [this](auto& host) { return communicator_.start_all_reduce_sum(host); });
    }
    const std::int64_t begin = data - sliced_->data;
    sliced_->slices.for_each_part({begin, begin + count}, [this](int owner, Slice part) {
      send(sliced_->data + part.begin, part.count(),
           [=, this](auto& host) { return communicator_.start_reduce_sum(host, owner); });
      if (owner != rank()) in_flight_.back().device = nullptr;
    });
  }

  void send(float* data, std::int64_t count,
            const std::function<mpi::Request(std::vector<float>&)>& start) {
    if (in_flight_.size() == kMaxInFlight) complete_oldest();
    Transfer transfer;
    transfer.device = data;
    transfer.host = std::move(spare_);
    transfer.host.resize(count);
    ops_.to_host(transfer.host.data(), data, transfer.host.size() * sizeof(float));
    reduced_bytes_ += transfer.host.size() * sizeof(float);
    transfer.request = start(transfer.host);
    in_flight_.push_back(std::move(transfer));
  }

  void complete_oldest() {
    Transfer& oldest = in_flight_.front();
    oldest.request.wait();
    if (oldest.device != nullptr) {
      ops_.to_device(oldest.device, oldest.host.data(), oldest.host.size() * sizeof(float));
    }
    spare_ = std::move(oldest.host);
    in_flight_.pop_front();
  }

  /// Copies `piece` floats, starting at `at`, of every slice to all ranks.
  void gather_round(const SlicedBuffer& buffer, std::int64_t at, std::int64_t piece) {
    std::vector<std::size_t> counts;
    std::vector<float*> places;
    std::size_t floats = 0, mine = 0;
    for (int r = 0; r < ranks(); ++r) {
      const Slice slice = buffer.slices.of(r);
      if (r == rank()) mine = floats;
      places.push_back(buffer.data + slice.begin + at);
      counts.push_back(std::clamp<std::int64_t>(slice.count() - at, 0, piece));
      floats += counts.back();
    }
    const std::size_t me = rank();
    std::vector<float> host(floats);
    ops_.to_host(host.data() + mine, places[me], counts[me] * sizeof(float));
    communicator_.all_gather(host, counts);
    const float* from = host.data();
    for (std::size_t r = 0; r < counts.size(); from += counts[r++]) {
      if (r != me) ops_.to_device(places[r], from, counts[r] * sizeof(float));
    }
  }

  Ops& ops_;
  const mpi::Communicator& communicator_;
  const SlicedBuffer* sliced_ = nullptr;  // buffer reduced since the last wait(), or null
  Buckets buckets_;
  std::deque<Transfer> in_flight_;
  std::vector<float> spare_;
  std::uint64_t reduced_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Reducer> make_mpi_reducer(Ops& ops, const mpi::Communicator& communicator) {
  return std::make_unique<MpiReducer>(ops, communicator);
}

}  // namespace amt
