from unit_tests.property.test_children import *
def test_x(frozen):
    parents=[Parent(0,START+timedelta(days=3),START+timedelta(days=3),0,START),Parent(2,START+timedelta(days=8),START+timedelta(days=8),3,START)]
    frozen.move_to(START - timedelta(days=20))
    twilio = Twilio(EmptyWorld())
    for p in parents: media(twilio,p)
    runs = Syncs(twilio, ConfigBuilder().start(iso(START)).put(lookback_window=0, num_workers=1).build())
    with pytest.MonkeyPatch.context() as patch:
        page_size(patch, 1); walk_pages(patch,0)
        frozen.move_to(datetime(2024, 3, 4, 12, 0, tzinfo=timezone.utc))
        o=runs.run("message_media")
        print(runs.asked(), o.records("message_media"), o.lines)
    parents=[Parent(0,START+timedelta(days=3),START+timedelta(days=3),0,START+timedelta(days=9))]
    twilio = Twilio(EmptyWorld())
    for p in parents: steps(twilio,p)
    runs = Syncs(twilio, ConfigBuilder().start(iso(START)).put(lookback_window=0, num_workers=1).build())
    o=runs.run("step")
    print(runs.asked(), o.records("step"), o.lines)
