"""The rounds of the post room, one for each channel, started every half minute by a schedule."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.notices import NoticeService
    from domain.rounds import PostRound
    from workflows.centre import asked_by_the_centre


@workflow.defn
class NoticesWorkflow:
    """Sends the notices that are due by a channel."""

    @workflow.run
    async def run(self, asked: PostRound) -> int:
        asked_by_the_centre(asked)
        return await workflow.execute_activity_method(
            NoticeService.send_due,
            asked,
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=timedelta(seconds=60),
        )
