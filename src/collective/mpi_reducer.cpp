#include <deque>
#include <vector>

#include "amt/collective/buckets.hpp"
#include "amt/collective/reducer.hpp"

namespace amt {
namespace {

// Bounds the host memory; by then the oldest has had the time of two buckets' backward work.
constexpr std::size_t kMaxInFlight = 4;

/// A bucket of a gradient buffer whose sum is under way, in host memory.
struct Transfer {
  float* device = nullptr;
  std::vector<float> host;
  mpi::Request request;  // after `host`: it is waited for before the memory goes
};

/// Sums through host memory, on any device: the copies cost little beside the backward pass, and
/// they leave the gradients alone until their sum is complete.
class MpiReducer : public Reducer {
 public:
  MpiReducer(Ops& ops, mpi::Communicator& communicator)
      : ops_(ops),
        communicator_(communicator),
        buckets_([this](float* data, std::int64_t count) { send(data, count); }) {}

  std::string name() const override { return "mpi"; }
  int rank() const override { return communicator_.rank(); }
  int ranks() const override { return communicator_.size(); }

  void broadcast(float* data, std::int64_t count) override {
    send_in_pieces(data, count, [this](float* piece, std::int64_t floats) {
      std::vector<float> host(static_cast<std::size_t>(floats));
      const std::size_t bytes = host.size() * sizeof(float);
      if (rank() == 0) ops_.to_host(host.data(), piece, bytes);
      communicator_.broadcast(std::as_writable_bytes(std::span(host)), 0);
      if (rank() != 0) ops_.to_device(piece, host.data(), bytes);
    });
  }

  void start_sum(float* data, std::int64_t count) override {
    if (count == 0) return;
    buckets_.add(data, count);
    for (Transfer& transfer : in_flight_) transfer.request.done();  // MPI moves only when called
  }

  void finish() override {
    buckets_.flush();
    while (!in_flight_.empty()) complete_oldest();
  }

  void sum(std::span<double> values) override {
    summed_bytes_ += values.size_bytes();
    communicator_.all_reduce_sum(values);
  }
  std::uint64_t summed_bytes() const override { return summed_bytes_; }
  double max(double value) override { return communicator_.all_reduce_max(value); }
  bool any(bool value) override { return communicator_.any_of(value); }

 private:
  void send(float* data, std::int64_t count) {
    if (in_flight_.size() == kMaxInFlight) complete_oldest();
    Transfer transfer;
    transfer.device = data;
    transfer.host = std::move(spare_);
    transfer.host.resize(static_cast<std::size_t>(count));
    ops_.to_host(transfer.host.data(), data, transfer.host.size() * sizeof(float));
    summed_bytes_ += transfer.host.size() * sizeof(float);
    transfer.request = communicator_.start_all_reduce_sum(transfer.host);
    in_flight_.push_back(std::move(transfer));
  }

  void complete_oldest() {
    Transfer& oldest = in_flight_.front();
    oldest.request.wait();
    ops_.to_device(oldest.device, oldest.host.data(), oldest.host.size() * sizeof(float));
    spare_ = std::move(oldest.host);
    in_flight_.pop_front();
  }

  Ops& ops_;
  mpi::Communicator& communicator_;
  Buckets buckets_;
  std::deque<Transfer> in_flight_;
  std::vector<float> spare_;
  std::uint64_t summed_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Reducer> make_mpi_reducer(Ops& ops, mpi::Communicator& communicator) {
  return std::make_unique<MpiReducer>(ops, communicator);
}

}  // namespace amt
